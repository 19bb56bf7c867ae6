"""What a member told PAM about themselves."""
