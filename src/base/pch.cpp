// The precompiled header is built beside this file.
