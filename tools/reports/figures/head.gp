# Drawn by fxe figures; by hand: gnuplot -p THIS_FILE
set datafile separator comma
set encoding utf8
set grid lc rgb '#cccccc' lt 1 lw 0.5
set border 3
set tics nomirror
blue = '#0072B2'; red = '#D55E00'; green = '#009E73'; orange = '#E69F00'; purple = '#CC79A7'; grey = '#777777'
percent(name) = 100 * column(name)
about = {title} . ': {images} images, {members} members'
chosen = "\n" . 'thresholds chosen on {chosen_on} other images'
cost(unused) = column('{cost_column}'){cost_scale}
cost_label = '{cost_label}'
sizes = '{name}-accuracy.csv'
frontier = '{name}-frontier.csv'
one = '{name}-one_threshold.csv'
subsets = '{name}-subsets.csv'
alone = '{name}-subsets.csv'
guaranteed = '{name}-guaranteed.csv'
data = '{name}-{figure}.csv'
