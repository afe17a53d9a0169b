set title 'Accuracy of the first members together' . "\n" . about
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.06, graph 0.1, graph 0.06
set key bmargin center vertical maxcols 1 samplen 3 title ' '
plot data using (cost(0)):(percent('top1')):(percent('top1_low')):(percent('top1_high')) with yerrorbars lc rgb blue \
       lw 1.5 pt 7 ps 0.8 title '95% interval', \
     '' using (cost(0)):(percent('top1')) with lines lc rgb blue lw 2 title 'first 1 to N members, every image through all', \
     '' using (cost(0)):(percent('top1')):(sprintf('%d', column('members'))) with labels offset 0.8,-1 tc rgb blue notitle{alone}
