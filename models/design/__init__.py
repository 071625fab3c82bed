"""The design: its runs, its columns, its aliases, the runs to make next."""
