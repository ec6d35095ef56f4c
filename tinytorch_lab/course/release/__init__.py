"""From the author's file to what students get: checked, proven, stripped, scanned, published whole or not at all."""
