"""Start, look into and talk to PAM."""
