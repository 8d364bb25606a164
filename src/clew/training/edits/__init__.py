"""What people and programs do to copies: named edits of pictures and clips, with what they keep."""
