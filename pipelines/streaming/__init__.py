"""What a stream needs beside the flow: its sources and sinks, made of options."""
