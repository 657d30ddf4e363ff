"""What the Flex Template launcher starts: it runs a file, ours is a package."""

import sys

from pipelines.dataflow.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
