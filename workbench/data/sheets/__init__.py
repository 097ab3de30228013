"""Making question sheets: pictures or rows in, question/answer rows out, by a chat service of the user's choice.

Either a person carries prompt and answer between the service and workbench (`prompts`, `pasted`), or workbench asks
an endpoint that speaks the OpenAI protocol (`endpoint`, `client`, `engine`).
"""
