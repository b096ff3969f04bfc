"""The pipeline's agents as processes of their own, wherever the run lies: a folder, or a bucket in AWS."""
