"""What a person types: the command `doehouse` with all its subcommands."""
