"""The statistics of designed experiments: studies, designs and their fits."""
