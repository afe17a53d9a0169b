set title 'Accuracy at every cost' . "\n" . about . chosen
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.04, graph 0.04, graph 0.04
set key bmargin center vertical maxcols 1 samplen 3 title ' '
plot sizes using (cost(0)):(percent('top1')) with linespoints lc rgb grey lw 1.5 pt 5 ps 0.8 title 'no exits: first 1 to N members', \
     frontier using (cost(0)):(percent('random_exits_top1')) with lines lc rgb purple lw 2 dt '.-' \
       title 'as many exits at each size, but at random', \
     one using (cost(0)):(percent('top1')) with lines lc rgb orange lw 2 dt 2 title 'one threshold for all sizes', \
     frontier using (cost(0)):(percent('top1')) with lines lc rgb blue lw 2.5 title 'a threshold for each size'{subsets}{guaranteed}
