"""The same verbs as tools of the Model Context Protocol; nothing else."""
