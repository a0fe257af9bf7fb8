"""What every benchmark uses: commands and servers as processes, the machine in words, tables."""
