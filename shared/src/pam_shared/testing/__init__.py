"""What tests of every service need: real servers and a scripted Messages API."""
