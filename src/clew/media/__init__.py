"""What is in a file: kind, decoding, frames, sound and thumbnails, in a confined child process."""
