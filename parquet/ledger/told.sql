select path from told_files
