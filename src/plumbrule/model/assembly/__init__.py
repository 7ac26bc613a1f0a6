"""How apps are put together: the code that builds routers is followed step by step, without running it."""
