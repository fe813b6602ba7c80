"""A clinician's visits at a private address, as calendar programs read them."""
