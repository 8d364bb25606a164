"""Pages for whoever looks after others, and after what is kept: each role sees what is its own.

``menu`` says which pages there are and for whom; ``urls`` where they are.
"""
