import os

# As in a clinic, whatever .env says: while developing, Django keeps all that it sends.
os.environ["DEBUG"] = "false"
