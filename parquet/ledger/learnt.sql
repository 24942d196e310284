select path from learnt_files
