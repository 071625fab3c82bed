"""The study as declared: what was varied, what was measured, what must hold."""
