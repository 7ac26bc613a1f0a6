"""`plumb structure`: see the architecture, change it, prove that nothing else changed."""
