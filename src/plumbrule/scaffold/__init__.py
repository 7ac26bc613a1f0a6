"""What `plumb init` writes: answers and a manifest of templates give the files of a project."""
