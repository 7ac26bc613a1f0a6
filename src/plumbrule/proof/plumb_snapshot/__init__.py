"""What an application is at run time, as JSON.

This package runs inside the project's own interpreter, whichever that is: Python 3.8 and later, nothing but
the standard library and what the project has installed.
"""
