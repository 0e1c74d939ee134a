"""The command line of the scripts."""
import argparse


def parser(documentation):
    """A parser whose help is the docstring of a script: a summary, the usage with an example, and details."""
    summary, usage, *details = documentation.split("\n\n")
    usage, _, example = usage.partition("\nexample: ")
    epilog = [f"example: {example}"] if example else []
    return argparse.ArgumentParser(usage=usage.replace("usage: ", "").replace("%", "%%"), description=summary,
                                   epilog="\n\n".join(epilog + details),
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
