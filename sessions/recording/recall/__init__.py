"""From a lot to everybody who received it."""
