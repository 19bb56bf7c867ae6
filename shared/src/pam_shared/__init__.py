"""What every PAM service stands on."""
