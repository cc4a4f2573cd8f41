"""Copies and near copies: how they are found, and what becomes of them."""
