"""What people read: labels and letters, in their language."""
