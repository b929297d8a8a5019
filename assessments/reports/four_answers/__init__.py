"""What a municipality is asked first: where do we stand, what holds us up, who is late, what will it be next year?"""
