"""Time stamps of containers, from lines of logs to pairs in UTC."""
