"""Making data as a job: what the data room does, told as events."""
