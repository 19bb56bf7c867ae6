"""What happens at other services' events, one a file."""
