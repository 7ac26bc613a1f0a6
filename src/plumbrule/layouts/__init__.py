"""Target shapes for `plumb structure`: which definition belongs to which slice, and which file it goes to."""
