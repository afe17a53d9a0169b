     alone using (column('count') == 1 ? cost(0) : NaN):(percent('top1')) with points lc rgb red pt 4 ps 1.2 lw 1.5 \
       title 'each member alone'
