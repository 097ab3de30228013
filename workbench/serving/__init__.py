"""What workbench serves over the network: a model as an OpenAI-compatible endpoint, and the app in a browser. Light."""
