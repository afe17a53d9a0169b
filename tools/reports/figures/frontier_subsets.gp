     subsets using (column('chosen') == 1 ? cost(0) : NaN):(percent('top1')) with points lc rgb green pt 4 ps 1.2 lw 1.5 \
       title 'best fixed subset (chosen as thresholds are)'
