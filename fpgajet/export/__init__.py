"""Firmware and emulators that leave the build directory, one package per target."""
