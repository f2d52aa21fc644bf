"""Test vectors as boards play and capture them.

``board``    frames of a board, and jets in packets of 54 frames
``formats``  EMPv2, EMPv1 and APx text
``compare``  the first difference between two files, named by jet, frame and field
"""
