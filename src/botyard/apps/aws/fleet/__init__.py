"""The fleet and the runs where they lie in AWS, behind the functions that the command line and the chat use."""
