"""How the seeing part of the sample project was made: drawn pictures, talk about them, and a small vision tower."""
