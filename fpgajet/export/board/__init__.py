"""A tagger on a board: jets and scores as frames over a serial port.

``frames``     the bytes of frames, and what can be wrong with them
``package``    Verilog around the tagger, pins, and ``board.json`` for the host
``simulation`` the simulated Verilog behind a pseudo-terminal
``link``       the host: sends jets, collects scores, repeats what was lost
"""
