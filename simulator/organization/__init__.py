"""The life of a made-up organization in AWS, Google Cloud, Azure with Entra, and Okta, with ground truth."""
