"""What the clock does for the admins: the digest, the check of knowledge, the backup."""
