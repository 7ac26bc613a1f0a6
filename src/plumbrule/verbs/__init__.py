"""What the tool does; it prints nothing and knows no command line."""
