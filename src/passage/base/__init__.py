"""The ground: files, paths, processes, and the mistakes that are the user's to put right."""
