"""What people look at: findings as a table, a story, a file."""
