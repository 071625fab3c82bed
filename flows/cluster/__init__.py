"""Work that is carried out on the machines of a cluster."""
